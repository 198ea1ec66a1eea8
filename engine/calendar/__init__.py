"""Working days, periods of the law, and the deadline clocks of cases."""
