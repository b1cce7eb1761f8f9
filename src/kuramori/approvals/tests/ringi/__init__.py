"""A room for the tests of requests: papers that a committee or the boss decides on, and nothing hidden."""
