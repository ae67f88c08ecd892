"""A procedural hand and person: true joints, pictures and the demo clip, with no photographs."""
