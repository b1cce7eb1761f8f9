"""Every read of the directory; the viewer comes first."""
