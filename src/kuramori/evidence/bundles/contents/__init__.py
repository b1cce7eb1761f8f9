"""What would be in a bundle: looked through before it is made, so that parts of it can be kept back with a reason."""
