"""The lab: a real server under load, killed and hurried, and a checker that reads only what is on disk."""
