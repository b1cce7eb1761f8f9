"""What reviews show and when they are prepared: from the lake and the directory, ready to be frozen."""
