# What a process takes before it evaluates anything.
1 + 1
