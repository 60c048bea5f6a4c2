# Small builds that really run, here and in the reference (`cargo xtask record builds`). One attribute, one build.
let
  base = { system = "x86_64-linux"; builder = "/bin/sh"; };
  d = name: attributes: derivation (base // { inherit name; } // attributes);
  script = name: text: d name { args = [ "-c" text ]; };
  # With the programs of the host.
  tools = name: text: d name { args = [ "-c" text ]; PATH = "/bin:/usr/bin"; };
  strict = name: text: d name { args = [ "-euc" text ]; PATH = "/bin:/usr/bin"; };
  floating = name: attributes: d name ({ __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; PATH = "/bin"; } // attributes);
  library = tools "library" "mkdir -p $out/lib; echo code > $out/lib/lib.so; ln -s lib.so $out/lib/lib.so.1";
  program = tools "program" "mkdir -p $out/bin; printf '#!/bin/sh\\necho %s\\n' ${library} > $out/bin/program; chmod +x $out/bin/program";
  failing = script "failing" "exit 7";
in
{
  # The shell alone.
  empty-file = script "empty-file" ": > $out";
  echo = script "echo" "echo hello > $out";
  echo-escapes = script "echo-escapes" "echo 'a\\tb\\nc\\0101\\101x\\\\y\\e' > $out; echo -n x >> $out; echo -e y >> $out; echo 'stop\\chere' more >> $out";
  no-path = script "no-path" "echo hi > $out; cat $out";
  command-not-found = script "command-not-found" "nosuch one two; echo status $? > $out";
  exit-code = script "exit-code" "echo before; echo error >&2; exit 3";
  no-newline = script "no-newline" "printf 'no newline'; exit 1";
  missing-output = script "missing-output" "echo nothing";
  missing-second = d "missing-second" { outputs = [ "out" "dev" ]; args = [ "-c" "echo > $out" ]; };
  unset-variable = script "unset-variable" "set -u; echo $nosuch > $out";
  require = script "require" "echo \${nosuch?is missing} > $out";
  require-null = script "require-null" "x=; echo \${x:?} > $out";
  bad-substitution = script "bad-substitution" "echo \${x:0:1} > $out";
  unterminated = script "unterminated" "echo first\necho 'oops > $out";
  syntax-fi = script "syntax-fi" "echo first\nif true; echo; fi";
  syntax-end = script "syntax-end" "for i in a b; do echo $i";
  syntax-done = script "syntax-done" "echo a; done";
  syntax-paren = script "syntax-paren" "echo a; )";
  errexit = script "errexit" "set -e; false || true; if false; then :; fi; ! true; echo here; false; echo there";
  errexit-function = script "errexit-function" "set -e; f() { false; echo in; }; f || echo failed; f; echo never > $out";
  errexit-substitution = script "errexit-substitution" "set -e; x=$(echo a; false; echo b) || true; echo \"$x\" > $out; y=$(false); echo never";
  errexit-pipeline = script "errexit-pipeline" "set -e; false | true; echo ok > $out; true | false; echo never";
  errexit-subshell = script "errexit-subshell" "set -e; (false; echo no) || echo caught > $out; (exit 4); echo never";
  xtrace = script "xtrace" "set -x; x='a b'; echo $x \"c  d\" > $out; y=1 true; for i in 1 2; do :; done; [ a = b ] || echo no";
  variables = script "variables" "a=1 b=$a c=; echo $a $b \"[$c]\" \${c:-empty} \${c-set} \${d:=new} $d \${a:+yes} \${#a} > $out";
  trim = script "trim" "x=/a/b.tar.gz; echo \${x%.*} \${x%%.*} \${x#*/} \${x##*/} \${x%nomatch} \${x#\"/a\"} > $out";
  trim-quoted = script "trim-quoted" "x='a*b*c'; echo \"\${x%'*'c}\" \"\${x#a\\*}\" \"\${x%%\\**}\" > $out";
  splitting = script "splitting" "x='a  b\tc'; for i in $x \"$x\"; do echo \"[$i]\"; done > $out; IFS=:; y=a::b:; for i in $y; do echo \"<$i>\"; done >> $out";
  splitting-mixed = script "splitting-mixed" "IFS=': '; x=' a : b::c '; for i in $x; do echo \"<$i>\"; done > $out; set -- $x; echo $# >> $out";
  positional = script "positional" "set -- a 'b c' d; echo $# \"$1\" $2 > $out; for i; do echo \"[$i]\"; done >> $out; for i in \"$@\"; do echo \"<$i>\"; done >> $out; for i in \"$*\"; do echo \"{$i}\"; done >> $out; shift 2; echo \"$@\" >> $out; set --; for i in \"$@\"; do echo never; done; echo \"x$@y\" >> $out";
  arguments = d "arguments" { args = [ "-c" "echo $0 $1 \"$2\" $# > $out" "zero" "one" "two words" ]; };
  arithmetic = script "arithmetic" "x=7; echo $((x*6)) $((1+2*3)) $(((1+2)*3)) $((7/2)) $((-7/2)) $((7%3)) $((1<<10)) $((x>3&&x<9)) $((x==7?1:2)) $((0x10)) $((010)) $((~0)) $((!x)) > $out; : $((x+=3)); echo $x $((x|1)) $((6^3)) $(( x > 9 || 0 )) >> $out";
  arithmetic-zero = script "arithmetic-zero" "echo $((1/0)) > $out";
  loops = script "loops" "i=0; while [ $i -lt 5 ]; do i=$((i+1)); [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done > $out; until [ $i = 0 ]; do i=$((i-1)); done; echo $i >> $out";
  nested-loops = script "nested-loops" "for i in 1 2 3; do for j in a b c; do [ $j = b ] && continue 2; [ $i = 3 ] && break 2; echo $i$j; done; done > $out";
  case = script "case" "for x in foo.c bar.h baz '*' ''; do case $x in *.c) echo c;; *.h|*.hpp) echo h;; '*') echo star;; '') echo empty;; [a-c]??) echo range;; *) echo other;; esac; done > $out";
  functions = script "functions" "f() { local x=in; echo $x $1 $#; return 3; }; x=out; f a b > $out; echo $? $x >> $out";
  recursion = script "recursion" "fac() { if [ $1 -le 1 ]; then echo 1; else echo $(( $1 * $(fac $(($1-1))) )); fi; }; fac 6 > $out";
  subshell = script "subshell" "x=1; (x=2; cd /tmp; echo $x) > $out; echo $x $PWD >> $out; { x=3; }; echo $x >> $out";
  pipeline = script "pipeline" "printf 'b\\na\\n' | while read l; do echo \"got $l\"; x=1; done > $out; echo \"[$x]\" >> $out";
  read-fields = script "read-fields" "printf ' a  b c d \\nx\\\\ty\\nlast' | { read x y; echo \"[$x][$y]\"; read -r z; echo \"[$z]\"; read w; echo \"$? [$w]\"; read v; echo \"$? [$v]\"; } > $out";
  here-document = script "here-document" "x=val; while read -r l; do echo \"> $l\"; done > $out <<END\nplain \$x $x \\$x `echo back` $((1+1))\n\"quoted\"\nEND\necho after >> $out";
  here-quoted = script "here-quoted" "while read -r l; do echo \"$l\"; done > $out <<'END'\n$x `no` \\y\nEND\n";
  here-tabs = script "here-tabs" "while read -r l; do echo \"$l\"; done > $out <<-END\n\t\ttabbed\n\tEND\necho done >> $out";
  command-substitution = script "command-substitution" "x=$(echo one; echo two; echo); echo \"$x\" $x `echo back \\`echo nested\\`` > $out";
  substitution-quotes = script "substitution-quotes" "echo \"a $(echo \"b 'c' $(echo \"d\")\") e\" > $out";
  redirections = script "redirections" "{ echo out; echo err >&2; } > $out 2>&1; echo more >> $out; exec 3>> $out; echo three >&3; exec 3>&-; read x < $out; echo $x >> $out";
  redirect-error = script "redirect-error" "echo x > /nosuch/file; echo $? > $out; read x < nosuch; echo $? >> $out";
  redirect-special = script "redirect-special" ": > /nosuch/file; echo never > $out";
  closed = script "closed" "echo x >&7; echo $? > $out";
  test = script "test" "t() { if [ \"$@\" ]; then echo y; else echo n; fi; }; { t a; t ''; t -n a; t -z a; t a = a; t a != a; t 1 -eq 01; t 2 -gt 3; t ! a; t -e /build; t -f /build; t -d /build; t a -a ''; t '' -o b; t '(' a ')'; t -x /bin/sh; t -s $out; t ! a = b; t -L /bin; t a '<' b; } > $out";
  test-error = script "test-error" "[ a -eq 1 ]; echo $? > $out; [ a b ]; echo $? >> $out; [ x; echo $? >> $out; test 1 = 1 2; echo $? >> $out";
  printf = script "printf" "printf '%s-%5s|%-5s|%05d|%x|%o|%c|%%|%b\\n' a bc de 42 255 8 xyz 'p\\tq' > $out; printf '%s,' 1 2 3 >> $out; printf '\\101\\n' >> $out; printf '%d %s\\n' 1 a 2 >> $out; printf '%.2s|%+d|% d|%#x\\n' abc 5 5 255 >> $out";
  printf-error = script "printf-error" "printf '%d\\n' abc > $out; echo $? >> $out; printf '%d\\n' 12x >> $out; echo $? >> $out";
  eval = script "eval" "for o in out; do eval p=\\$$o; done; x='echo hi'; eval \"$x\" > $p; eval 'y=$x'; echo $y >> $p";
  set-options = script "set-options" "set -ef; echo $- * > $out; set +f; set -o nounset; echo $- >> $out";
  pipefail = script "pipefail" "echo a; set -o pipefail; echo b > $out";
  export = script "export" "export a=1 b; b=2; c=3; export -p > $out; readonly r=1; r=2; echo never";
  unset = script "unset" "x=1; unset x; echo \"\${x-unset}\" > $out; f() { echo f; }; unset -f f; f; echo $? >> $out";
  trap = script "trap" "trap 'echo trapped' EXIT; echo > $out; exit 0";
  glob = script "glob" "cd /build; : > b.txt; : > a.txt; : > .hidden; : > 'c d'; echo * *.txt [ab]* nomatch* .h* \"*\" > $out; echo /build/*.txt >> $out; for f in *; do echo \"[$f]\"; done >> $out";
  cd-errors = script "cd-errors" "cd /nosuch; echo $? > $out; cd /tmp; pwd >> $out; cd ..; pwd >> $out; cd -; echo $OLDPWD >> $out";
  source = script "source" "echo 'x=sourced; return 4; echo never' > lib.sh; . ./lib.sh; echo $? $x > $out; . ./nosuch.sh; echo never >> $out";
  type = script "type" "type echo if nosuch > $out; command -v echo >> $out; command -v nosuch || echo none >> $out; command echo direct >> $out";
  lineno = script "lineno" "echo $LINENO > $out\n\necho $LINENO >> $out\nnosuch\nif true; then\n  alsono\nfi";
  umask = script "umask" "umask > $out; umask 077; : > private; umask >> $out";
  environment = tools "environment" "env > $out";
  environment-shell = script "environment-shell" "echo $HOME $PATH $NIX_STORE $NIX_BUILD_TOP $TMPDIR $TMP $TEMP $TEMPDIR $NIX_BUILD_CORES $NIX_LOG_FD $TERM $PWD \"[$NIX_OUTPUT_CHECKED]\" > $out";
  script-file = d "script-file" { args = [ (builtins.toFile "build.sh" "echo $0 $1 > $out\nnosuch\n") "arg" ]; };
  script-builder = d "script-builder" { builder = "${script "make" "echo '#!/bin/sh' > $out"}"; args = [ "x" ]; };
  executable-builder = d "executable-builder" { builder = "${tools "make" "printf '#!/bin/sh -e\\necho run $0 $1 > $out\\n' > $out; chmod +x $out"}"; args = [ "x" ]; };
  missing-builder = d "missing-builder" { builder = "/bin/nosuch"; };
  placeholder = script "placeholder" "echo ${builtins.placeholder "out"} > $out";
  pass-as-file = d "pass-as-file" { passAsFile = [ "text" ]; text = "contents\n"; PATH = "/bin"; args = [ "-c" "cp $textPath $out; echo \"[$text]\" >> $out; echo $textPath" ]; };
  structured = d "structured" { __structuredAttrs = true; list = [ 1 "two" null true ]; mixed = [ 1.5 ]; set = { a = 1; b = "x"; }; f = 2.0; g = 1.25; yes = true; no = false; nothing = null; quote = "it's"; args = [ "-c" "PATH=/bin; mkdir ${builtins.placeholder "out"}; cp .attrs.sh .attrs.json ${builtins.placeholder "out"}; env > ${builtins.placeholder "out"}/env" ]; };
  structured-source = d "structured-source" { __structuredAttrs = true; args = [ "-c" ". ./.attrs.sh" ]; };
  pid = tools "pid" "sleep 0; echo > $out";

  # With programs.
  tree = tools "tree" "mkdir -p $out/a/b $out/bin; echo x > $out/a/b/file; printf '#!/bin/sh\\n' > $out/bin/run; chmod +x $out/bin/run; ln -s ../a $out/bin/link; ln -s $out/a/b/file $out/abs";
  modes = tools "modes" "mkdir $out; for m in 400 444 644 755 700 711 100 4755; do echo $m > $out/$m; chmod $m $out/$m; done; chmod 1700 $out";
  writable = tools "writable" "echo > $out; chmod 666 $out";
  chmod-symbolic = tools "chmod-symbolic" "mkdir -p $out/d; for m in +x a+x u+x go+x u=rwx,go= a=r u+x,g+x,u-x ugo+rX; do echo > $out/$m; chmod $m $out/$m; done; chmod -R a+rX $out";
  copy = tools "copy" "mkdir a; echo 1 > a/f; ln -s f a/l; cp a/f b; cp -r a c; cp -rL a d; cp a/f a/l $PWD/; mkdir $out; cp -r a b c d f l $out; cp -r a/. $out; cp -r a $out/renamed";
  copy-input = tools "copy-input" "cp -r ${library} $out; echo more > $out/new || echo refused; chmod u+w $out; echo more > $out/new; cp ${library}/lib/lib.so $out/copy; echo x >> $out/copy || chmod +w $out/copy; echo y >> $out/copy";
  copy-errors = tools "copy-errors" "cp nosuch $out; cp /build $out; mkdir d; cp d $out; echo > $out; cp $out $out";
  move = tools "move" "mkdir $out; echo 1 > a; mkdir d; mv a d; mv d/a $out/b; mv d $out/e; mv nosuch $out; ls $out > $out/list";
  remove = tools "remove" "mkdir -p $out/a/b; : > $out/a/b/c; : > $out/f; rm $out/f; rm $out/a; rm -r $out/a; rm -f nosuch; rm nosuch; rmdir $out/x; mkdir $out/y; rmdir $out/y";
  remove-input = tools "remove-input" "mkdir d; cp -r ${library} d/l; rm -rf d/l/lib/lib.so; echo $? > $out";
  touch = tools "touch" "mkdir $out; touch $out/a $out/b; touch -c $out/c; touch /nosuch/x; touch $out";
  mkdir-errors = tools "mkdir-errors" "mkdir $out; mkdir $out; mkdir a/b; mkdir -p a/b a/b; : > f; mkdir f; ls a > $out/list";
  links = tools "links" "mkdir $out; cd $out; ln -s a b; ln -s a b; ln -sf c b; echo x > h; ln h h2; mkdir d; ln -s ../h d; ln -s target -t d; readlink b d/h; readlink -f d/h; readlink nosuch; ln -s x y z; ls -A . d";
  list = tools "list" "mkdir a b; : > a/2; : > a/1; : > a/.h; : > f; ls > $out; ls a b f >> $out; ls -a a >> $out; ls -A a >> $out; ls -d a >> $out; ls nosuch; echo $? >> $out; ls -1 a/* >> $out";
  cat = tools "cat" "echo a > x; echo b > y; cat x y > $out; cat x - y < y >> $out; cat nosuch; cat /build; echo $? >> $out; echo piped | cat >> $out; cat <<E >> $out\nhere\nE";
  head-tail = tools "head-tail" "seq 20 > n; { head -3 n; head -n 2 n; head -c 5 n; head -n -18 n; tail -2 n; tail -n +19 n; tail -c 4 n; tail n | head -1; } > $out; head nosuch";
  wc = tools "wc" "printf 'a b\\nc\\n' > f; { wc -l f; wc -w < f; wc -c f; cat f | wc -l; } > $out";
  sort-uniq = tools "sort-uniq" "printf 'b\\na\\nB\\na\\n10\\n9\\n-1\\n1.5\\n' > f; { sort f; sort -r f; sort -u f; sort -n f; sort f | uniq -c; sort f | uniq -d; sort -rn f; uniq f; } > $out";
  translate = tools "translate" "echo 'Hello World' | tr a-z A-Z > $out; echo 'a:b:c' | tr : '\\n' >> $out; echo 'aabbcc' | tr -d b >> $out; echo 'aaabbb' | tr -s ab >> $out; echo 'x1y2' | tr -dc '0-9' >> $out; echo 'abc' | tr '[:lower:]' '[:upper:]' >> $out; echo abcd | tr abc x >> $out";
  cut = tools "cut" "printf 'a:b:c:d\\nnone\\n' > f; { cut -d: -f2 f; cut -d: -f1,3- f; cut -c2-3 f; cut -d: -f2 -s f; echo 'x y z' | cut -d ' ' -f 2; } > $out";
  names = tools "names" "{ basename /a/b.c; basename /a/b.c .c; basename a/; basename /; dirname /a/b; dirname a; dirname /a; dirname a/b/; dirname /; basename -s .x a.x b.x; } > $out";
  install = tools "install" "echo x > f; install -D f $out/bin/prog; install -m 644 f $out/data; install -d $out/empty/dir; install -Dm755 f $out/a/b/c; install -t $out/empty/dir f; ls -d $out/*";
  tee = tools "tee" "echo a | tee x y > $out; echo b | tee -a x >> $out; cat x y >> $out";
  seq = tools "seq" "{ seq 3; seq 2 4; seq 10 -3 1; seq -s, 3; seq 3 1; } > $out";
  digests = tools "digests" "printf abc > f; { sha256sum f; md5sum f; sha1sum < f; sha512sum f; } > $out; sha256sum nosuch";
  env-command = tools "env-command" "env -i A=1 PATH=/bin env > $out; A=2 env printenv A >> $out; printenv nosuch; echo $? >> $out; env nosuch";
  nested-shell = tools "nested-shell" "sh -c 'echo $0 $1 $#; exit 5' zero one > $out; echo $? >> $out; echo 'echo script $1; nosuch' > s; sh s arg >> $out; echo 'exit 9' > t; chmod +x t; ./t; echo $? >> $out; ./s; echo $? >> $out; sh nosuch; echo $? >> $out";
  shebang = tools "shebang" "printf '#!/bin/sh\\necho \"$0|$1|$2\"\\n' > s; chmod +x s; ./s a 'b c' > $out; PATH=.:$PATH; s x >> $out";
  permissions = tools "permissions" "mkdir ro; : > ro/f; chmod 555 ro; : > ro/g; rm ro/f; mkdir ro/d; chmod 000 ro; ls ro; cat ro/f; chmod 755 ro; echo x > ro/f; chmod 200 ro/f; cat ro/f; chmod 444 ro/f; echo y > ro/f; mv ro $out; chmod 755 $out";
  own-reference = tools "own-reference" "mkdir $out; echo $out > $out/self";
  two-outputs = d "two-outputs" { outputs = [ "out" "dev" "doc" ]; PATH = "/bin"; args = [ "-c" "mkdir $out $dev; echo $dev > $out/dev; echo doc > $doc; echo $outputs > $dev/outputs" ]; };
  output-cycle = d "output-cycle" { outputs = [ "out" "dev" ]; args = [ "-c" "echo $dev > $out; echo $out > $dev" ]; };
  sed = tools "sed" "printf 'hello world\\nfoo.bar\\n\\nlast line\\n' > f; { sed 's/o/0/' f; sed 's/o/0/g; s/l\\+/L/' f; sed -n 2p f; sed '1d;$d' f; sed -e '/foo/d' -e 's|\\(h\\)\\(e\\)|\\2\\1|' f; sed 's/[aeiou]/<&>/2' f; sed -n '/^$/!p' f; sed -E 's/([a-z]+) ([a-z]+)/\\2 \\1/' f; sed '2,3s/^/> /' f; sed 2q f; sed -n '$=' f; sed 'y/abc/xyz/' f; } > $out; cp f g; sed -i 's/hello/bye/' g; cat g >> $out";
  grep = tools "grep" "printf 'apple\\nBanana\\ncherry pie\\n' > f; { grep an f; grep -c a f; grep -n e f; grep -v a f; grep -i BAN f; grep -o 'p.e*' f; grep -E '^(a|c)' f; grep -F . f; grep -q pie f && echo found; grep nosuch f || echo none; grep -l a f; grep -x apple f; grep e f f; grep -e an -e pie f; grep '[[:upper:]]' f; } > $out; grep x nosuch; echo $? >> $out";

  # Dependencies.
  program = program;
  closure = tools "closure" "echo ${program} > $out";
  reference-hidden = tools "reference-hidden" "mkdir $out; printf %s ${builtins.substring 11 32 (toString library)} > $out/hash-only; printf %s ${program} | tr / _ > $out/underscores";
  failed-dependency = script "failed-dependency" "echo ${failing} > $out";
  two-failed = script "two-failed" "echo ${failing} ${script "other" "exit 1"} > $out";
  not-declared = tools "not-declared" "ls ${builtins.unsafeDiscardStringContext (toString program)}/; echo > $out";
  input-run = tools "input-run" "${program}/bin/program > $out";
  input-source = d "input-source" { src = builtins.toFile "data" "source data\n"; PATH = "/bin"; args = [ "-c" "cat $src > $out; echo x >> $src" ]; };

  # Checks.
  allowed-references = d "allowed-references" { args = [ "-c" "echo ${library} $out > $out" ]; allowedReferences = [ ]; };
  allowed-out = d "allowed-out" { args = [ "-c" "echo ${library} $out > $out" ]; allowedReferences = [ "out" library ]; };
  allowed-requisites = d "allowed-requisites" { args = [ "-c" "echo ${program} > $out" ]; allowedRequisites = [ program ]; };
  disallowed-references = d "disallowed-references" { args = [ "-c" "echo ${library} > $out" ]; disallowedReferences = [ library ]; };
  disallowed-requisites = d "disallowed-requisites" { args = [ "-c" "echo ${program} > $out" ]; disallowedRequisites = [ library ]; };
  illegal-specifier = d "illegal-specifier" { args = [ "-c" "echo > $out" ]; allowedReferences = [ "nosuch" ]; };
  max-size = d "max-size" { __structuredAttrs = true; outputChecks.out.maxSize = 100; args = [ "-c" "echo too large > ${builtins.placeholder "out"}" ]; };
  max-closure-size = d "max-closure-size" { __structuredAttrs = true; outputChecks.out.maxClosureSize = 200; args = [ "-c" "echo ${program} > ${builtins.placeholder "out"}" ]; };
  structured-disallowed = d "structured-disallowed" { __structuredAttrs = true; outputChecks.out.disallowedReferences = [ "out" ]; args = [ "-c" "echo ${builtins.placeholder "out"} > ${builtins.placeholder "out"}" ]; };

  # Fixed outputs.
  fixed = d "fixed" { args = [ "-c" "echo hi > $out; echo $NIX_OUTPUT_CHECKED" ]; outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" "hi\n"; };
  fixed-recursive = d "fixed-recursive" { PATH = "/bin"; args = [ "-c" "mkdir $out; echo hi > $out/f" ]; outputHashMode = "recursive"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
  fixed-sha1 = d "fixed-sha1" { args = [ "-c" "echo hi > $out" ]; outputHashAlgo = "sha1"; outputHash = "0000000000000000000000000000000000000000"; };
  fixed-directory = d "fixed-directory" { PATH = "/bin"; args = [ "-c" "mkdir $out" ]; outputHashAlgo = "sha1"; outputHash = "0000000000000000000000000000000000000000"; };
  fixed-executable = d "fixed-executable" { PATH = "/bin"; args = [ "-c" "echo > $out; chmod +x $out" ]; outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" "\n"; };
  fixed-references = d "fixed-references" { args = [ "-c" "echo ${library} > $out" ]; outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" "x"; };
  fixed-recursive-references = d "fixed-recursive-references" { args = [ "-c" "echo ${library} > $out" ]; outputHashMode = "recursive"; outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" "x"; };
  fixed-impure = d "fixed-impure" { impureEnvVars = [ "http_proxy" "nosuch" ]; args = [ "-c" "echo \"[\${http_proxy-unset}]\" > $out" ]; outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" "[]\n"; };

  # Floating outputs.
  floating = floating "floating" { args = [ "-c" "echo contents > $out" ]; };
  floating-self = floating "floating-self" { args = [ "-c" "mkdir $out; echo $out > $out/self; ln -s $out/self $out/link" ]; };
  floating-outputs = floating "floating-outputs" { outputs = [ "out" "dev" "doc" ]; args = [ "-c" "mkdir $out $dev; echo $dev $out > $out/dev; echo $doc > $dev/doc; echo text > $doc" ]; };
  floating-flat = floating "floating-flat" { outputHashMode = "flat"; args = [ "-c" "echo flat > $out" ]; };
  floating-text = floating "floating-text" { outputHashMode = "text"; args = [ "-c" "echo ${library} > $out" ]; };
  floating-sha512 = floating "floating-sha512" { outputHashAlgo = "sha512"; args = [ "-c" "echo x > $out" ]; };
  floating-reference = floating "floating-reference" { args = [ "-c" "echo ${library} > $out" ]; };
  floating-chain = floating "floating-chain" { args = [ "-c" "cat ${floating "inner" { args = [ "-c" "echo $out > $out" ]; }} > $out" ]; };
  floating-placeholder = floating "floating-placeholder" { args = [ "-c" "echo ${builtins.placeholder "out"} $out > $out" ]; };
  floating-cycle = floating "floating-cycle" { outputs = [ "out" "dev" ]; args = [ "-c" "echo $dev > $out; echo $out > $dev" ]; };
  floating-failing = floating "floating-failing" { args = [ "-c" "echo ${floating "dep" { args = [ "-c" "echo > $out" ]; }}; exit 3" ]; };
  floating-missing = floating "floating-missing" { args = [ "-c" "echo none" ]; };
  deferred = script "deferred" "echo ${floating "below" { args = [ "-c" "echo below > $out" ]; }} > $out";
  fixed-above-floating = d "fixed-above-floating" { args = [ "-c" "read x < ${floating "below" { args = [ "-c" "echo below > $out" ]; }}; echo $x > $out" ]; outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" "below\n"; };
}
