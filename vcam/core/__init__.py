"""The words everybody speaks: frames, observations, scores, events, clocks, contracts."""
