PERL5LIB="$PERL5LIB${PERL5LIB:+:}$out/lib/perl5/site_perl"
perlFlags=
patchPhase() { find . -type f -name "*.pl" -exec sed -i "1s,#!.*perl,#!$fullperl," {} +; }
genericBuild
