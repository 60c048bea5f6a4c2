# Boots stages one after the other: each is a function of the set before it.
{ lib, allPackages }:
stageFuns:
let
  # A fold from both ends: each element sees its folded predecessor and its folded successor.
  dfold =
    op: lnul: rnul: list:
    let
      len = builtins.length list;
      go =
        pred: n:
        if n == len then
          rnul pred
        else
          let
            cur = op pred (builtins.elemAt list n) succ;
            succ = go cur (n + 1);
          in
          cur;
      lapp = lnul cur;
      cur = go lapp 0;
    in
    cur;

  withAllowCustomOverrides = lib.lists.imap1 (
    index: stageFun: prevStage:
    # The last stage is the one that users see.
    { allowCustomOverrides = index == 1; }
    // (stageFun prevStage)
  ) (lib.lists.reverseList stageFuns);

  folder =
    nextStage: stageFun: prevStage:
    let
      args = stageFun prevStage;
      args' = args // {
        stdenv = args.stdenv // {
          inherit nextStage;
        };
      };
      thisStage =
        if args.__raw or false then
          args'
        else
          allPackages (
            (removeAttrs args' [ "selfBuild" ])
            // {
              selfBuild = args.selfBuild or true;
              adjacentPackages =
                if args.selfBuild or true then
                  null
                else
                  rec {
                    pkgsBuildBuild = prevStage.buildPackages;
                    pkgsBuildHost = prevStage;
                    pkgsBuildTarget =
                      if args.stdenv.targetPlatform == args.stdenv.hostPlatform then
                        pkgsBuildHost
                      else
                        thisStage;
                    pkgsHostHost =
                      if args.stdenv.hostPlatform == args.stdenv.targetPlatform then
                        thisStage
                      else
                        pkgsBuildHost;
                    pkgsTargetTarget = nextStage;
                  };
            }
          );
    in
    thisStage;

  # The last stage has no successor.
  postStage = buildPackages: {
    __raw = true;
    stdenv.cc =
      if buildPackages.stdenv.hasCC or false then
        if buildPackages.stdenv.cc.isClang or false then buildPackages.clang else buildPackages.gcc
      else
        { inherit (buildPackages.stdenv.hostPlatform) config; };
  };
in
dfold folder postStage (_: { }) withAllowCustomOverrides
