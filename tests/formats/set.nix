# What the format tests plan: a build that runs, one that is simulated, one that fails, and something that floats.
let
  make =
    name: attrs:
    derivation (
      {
        inherit name;
        system = "x86_64-linux";
        builder = "/bin/sh";
        PATH = "/bin";
      }
      // attrs
    );
in
rec {
  library = make "library-1.0" {
    args = [ "-c" "echo compiling; echo library > $out" ];
  };
  user = make "user" {
    args = [ "-c" "echo $library > $out" ];
    inherit library;
  };
  program = make "program-2.0" {
    outputs = [ "out" "dev" ];
    args = [ "-c" "echo $library > $out; echo $out > $dev" ];
    inherit library;
    __contentAddressed = true;
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
  };
  simulated = make "simulated" {
    args = [ "-c" "awk 1 $library > $out" ];
    inherit library;
  };
  failing = make "failing" {
    args = [ "-c" "echo $simulated >&2; exit 3" ];
    inherit simulated;
  };
  all = make "all" {
    inherit program failing;
    args = [ "-c" "echo > $out" ];
  };
}
