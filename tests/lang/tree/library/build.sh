echo built > $out
