rec { double = x: x * 2; default = "from the folder"; }
