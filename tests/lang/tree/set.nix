{ answer = 42; here = ./.; sibling = ./data/lines.txt; pos = __curPos; }
