getRole() { case $1 in -1) role_post=_FOR_BUILD ;; 0) role_post= ;; 1) role_post=_FOR_TARGET ;; esac; }
