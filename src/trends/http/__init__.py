"""HTTP as this project speaks it: one exchange with a deadline, errors told apart."""
