# Instruction sets, and what each includes.
{ lib }:
rec {
  features = {
    default = [ ];
    x86-64 = [ ];
    x86-64-v2 = [ "sse3" "ssse3" "sse4_1" "sse4_2" ];
    x86-64-v3 = [ "sse3" "ssse3" "sse4_1" "sse4_2" "avx" "avx2" "fma" ];
    x86-64-v4 = [ "sse3" "ssse3" "sse4_1" "sse4_2" "avx" "avx2" "avx512" "fma" ];
    haswell = [ "sse3" "ssse3" "sse4_1" "sse4_2" "aes" "avx" "avx2" "fma" ];
    skylake = [ "sse3" "ssse3" "sse4_1" "sse4_2" "aes" "avx" "avx2" "fma" ];
    znver3 = [ "sse3" "ssse3" "sse4_1" "sse4_2" "sse4a" "aes" "avx" "avx2" "fma" ];
    armv8-a = [ ];
  };
  inferiors = {
    x86-64 = [ ];
    x86-64-v2 = [ "x86-64" ];
    x86-64-v3 = [ "x86-64-v2" ] ++ inferiors.x86-64-v2;
    x86-64-v4 = [ "x86-64-v3" ] ++ inferiors.x86-64-v3;
    haswell = lib.unique ([ "x86-64-v3" ] ++ inferiors.x86-64-v3);
    skylake = lib.unique ([ "haswell" ] ++ inferiors.haswell);
    znver3 = lib.unique ([ "x86-64-v3" ] ++ inferiors.x86-64-v3);
    armv8-a = [ ];
    default = [ ];
  };
  predicates =
    let
      has = feature: arch: lib.elem feature (features.${arch} or [ ]);
    in
    {
      sse3Support = has "sse3";
      ssse3Support = has "ssse3";
      sse4_1Support = has "sse4_1";
      sse4_2Support = has "sse4_2";
      sse4_aSupport = has "sse4a";
      avxSupport = has "avx";
      avx2Support = has "avx2";
      avx512Support = has "avx512";
      aesSupport = has "aes";
      fmaSupport = has "fma";
    };
}
