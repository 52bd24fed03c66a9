"""The clock's door: what runs when, and the engines that run it."""
