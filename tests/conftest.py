"""What all tests share."""

pytest_plugins = ["tests.databases", "tests.house", "tests.hearing", "tests.browser"]
