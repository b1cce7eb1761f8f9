"""Documents of secrets laid into a folder: indexed each night, told with what could not be read."""
