"""The pages of the documentation that begin from nothing, done as they say, with the minutes they take."""
