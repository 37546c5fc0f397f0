"""What would help: where the time goes, which stage holds the target back, and which change moves it, by how much, how surely."""
