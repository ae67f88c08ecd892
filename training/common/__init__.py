"""What every trainer here shares: run folders, records, figures, plots, picture sheets."""
