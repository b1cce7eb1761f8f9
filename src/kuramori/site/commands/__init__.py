"""The commands of `kuramori`: each module's `run(arguments)` does one and returns its exit code."""
