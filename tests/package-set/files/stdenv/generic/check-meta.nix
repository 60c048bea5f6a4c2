# Whether a package may be used: its licence, its platforms, and what is known against it.
{
  lib,
  config,
  hostPlatform,
}:
let
  inherit (lib)
    all any attrNames attrValues concatMapStrings concatMapStringsSep concatStrings concatStringsSep elem filter
    findFirst foldl' getName getVersion hasAttr head isAttrs isList isString length mutuallyExclusive optional
    optionalAttrs optionalString optionals optionString intersectLists toList unique
    ;
  inherit (lib.meta) availableOn;
  inherit (lib.generators) toPretty;

  allowUnfree = config.allowUnfree;
  allowBroken = config.allowBroken;
  allowUnsupportedSystem = config.allowUnsupportedSystem;
  allowlist = config.allowlistedLicenses;
  blocklist = config.blocklistedLicenses;
  areLicenseListsValid =
    if mutuallyExclusive allowlist blocklist then true else throw "allowlistedLicenses and blocklistedLicenses are not mutually exclusive.";

  hasLicense = attrs: attrs ? meta.license;
  hasListedLicense =
    list: attrs: length list > 0 && hasLicense attrs && any (l: elem l list) (toList attrs.meta.license);
  hasAllowlistedLicense = hasListedLicense allowlist;
  hasBlocklistedLicense = hasListedLicense blocklist;
  isUnfree = licenses: if isAttrs licenses then !(licenses.free or true) else any (l: !(l.free or true)) licenses;
  hasUnfreeLicense = attrs: hasLicense attrs && isUnfree attrs.meta.license;
  hasDeniedUnfreeLicense = attrs: hasUnfreeLicense attrs && !allowUnfree && !config.allowUnfreePredicate attrs;
  isMarkedBroken = attrs: attrs.meta.broken or false;
  hasUnsupportedPlatform = pkg: !(availableOn hostPlatform pkg);
  isMarkedInsecure = attrs: (attrs.meta.knownVulnerabilities or [ ]) != [ ];
  allowInsecure = attrs: elem (nameOf attrs) config.permittedInsecurePackages || config.allowInsecurePredicate attrs;
  hasDisallowedInsecure = attrs: isMarkedInsecure attrs && !allowInsecure attrs;
  isNonSource = types: any (t: !t.isSource) types;
  hasNonSourceProvenance = attrs: attrs ? meta.sourceProvenance && isNonSource attrs.meta.sourceProvenance;

  nameOf = attrs: attrs.name or "${attrs.pname or "«name-missing»"}-${attrs.version or "«version-missing»"}";
  pos_str = meta: meta.position or "«unknown-file»";

  remediation = {
    unfree = remediate "unfree" "allowUnfree";
    broken = remediate "broken" "allowBroken";
    unsupported = remediate "unsupported" "allowUnsupportedSystem";
    blocklisted = attrs: "";
    insecure = attrs: ''

      Known issues:
      ${concatMapStrings (issue: " - ${issue}\n") attrs.meta.knownVulnerabilities}
      You can allow it by its name in permittedInsecurePackages: ${nameOf attrs}
    '';
    broken-outputs = attrs: "";
    unknown-meta = attrs: "";
  };
  remediate = what: flag: attrs: ''

    a) Set { ${flag} = true; } in the configuration to allow all ${what} packages.
    b) Replace '${getName attrs}' by another package.
  '';

  handleEvalIssue =
    { meta, attrs }:
    {
      reason,
      errormsg ? "",
    }:
    throw ''
      Package ‘${nameOf attrs}’ in ${pos_str meta} ${errormsg}, refusing to evaluate.
      ${remediation.${reason} or (_: "") attrs}'';

  metaTypes =
    let
      str = {
        name = "string";
        verify = isString;
      };
      any' = {
        name = "any";
        verify = _: true;
      };
      bool = {
        name = "bool";
        verify = builtins.isBool;
      };
      int = {
        name = "int";
        verify = builtins.isInt;
      };
      attrs = {
        name = "attrs";
        verify = isAttrs;
      };
      listOf = t: {
        name = "listOf ${t.name}";
        verify = value: isList value && all t.verify value;
      };
      attrsOf = t: {
        name = "attrsOf ${t.name}";
        verify = value: isAttrs value && all t.verify (attrValues value);
      };
      union = ts: {
        name = concatMapStringsSep " or " (t: t.name) ts;
        verify = value: any (t: t.verify value) ts;
      };
      platforms = listOf (union [ str (attrsOf any') ]);
    in
    {
      description = str;
      mainProgram = str;
      longDescription = str;
      branch = str;
      homepage = union [ (listOf str) str ];
      downloadPage = str;
      changelog = union [ (listOf str) str ];
      license = union [ (listOf (union [ str attrs ])) attrs str ];
      sourceProvenance = listOf attrs;
      maintainers = listOf attrs;
      nonTeamMaintainers = listOf attrs;
      teams = listOf attrs;
      priority = int;
      pkgConfigModules = listOf str;
      inherit platforms;
      hydraPlatforms = listOf str;
      badPlatforms = platforms;
      broken = bool;
      unfree = bool;
      unsupported = bool;
      insecure = bool;
      timeout = int;
      knownVulnerabilities = listOf str;
      position = str;
      name = str;
      outputsToInstall = listOf str;
      available = any';
      isFcitxEngine = bool;
    };
  checkMetaAttr =
    k: v:
    if metaTypes ? ${k} then
      if metaTypes.${k}.verify v then
        [ ]
      else
        [ "key 'meta.${k}' has invalid value; expected ${metaTypes.${k}.name}, got\n    ${toPretty { indent = "    "; } v}" ]
    else
      [ "key 'meta.${k}' is unrecognized; expected one of: \n  [${concatMapStringsSep ", " (x: "'${x}'") (attrNames metaTypes)}]" ];
  checkMeta = meta: lib.concatMap (k: checkMetaAttr k meta.${k}) (attrNames meta);

  checkOutputsToInstall =
    attrs:
    let
      expected = attrs.meta.outputsToInstall or [ ];
      actual = attrs.outputs or [ "out" ];
      missing = filter (output: !elem output actual) expected;
    in
    if config.checkMeta then missing != [ ] else false;

  checkValidity =
    attrs:
    if attrs ? meta.outputsToInstall && checkOutputsToInstall attrs then
      {
        valid = "no";
        reason = "broken-outputs";
        errormsg = "has invalid meta.outputsToInstall";
      }
    else
      let
        res = checkMeta (attrs.meta or { });
      in
      if config.checkMeta && res != [ ] then
        {
          valid = "no";
          reason = "unknown-meta";
          errormsg = "has an invalid meta attrset:${concatMapStrings (x: "\n  - " + x) res}\n";
        }
      else if hasDeniedUnfreeLicense attrs && !(hasAllowlistedLicense attrs) then
        {
          valid = "no";
          reason = "unfree";
          errormsg = "has an unfree license (‘${lib.concatMapStringsSep ", " (l: l.shortName or l) (toList attrs.meta.license)}’)";
        }
      else if hasBlocklistedLicense attrs then
        {
          valid = "no";
          reason = "blocklisted";
          errormsg = "has a blocklisted license";
        }
      else if !allowBroken && isMarkedBroken attrs then
        {
          valid = "no";
          reason = "broken";
          errormsg = "is marked as broken";
        }
      else if !allowUnsupportedSystem && hasUnsupportedPlatform attrs then
        {
          valid = "no";
          reason = "unsupported";
          errormsg = "is not available on the requested hostPlatform:\n    hostPlatform.system = \"${hostPlatform.system}\"\n    package.meta.platforms = ${
            toPretty {
              allowPrettyValues = true;
              indent = "  ";
            } (attrs.meta.platforms or [ ])
          }\n";
        }
      else if hasDisallowedInsecure attrs then
        {
          valid = "no";
          reason = "insecure";
          errormsg = "is marked as insecure";
        }
      else
        validYes;
  validYes = {
    valid = "yes";
    handled = true;
  };

  commonMeta =
    {
      validity,
      attrs,
      pos ? null,
      references ? [ ],
    }:
    let
      outputs = attrs.outputs or [ "out" ];
      hasOutput = out: elem out outputs;
      maintainersPosition = builtins.unsafeGetAttrPos "maintainers" (attrs.meta or { });
    in
    {
      # The name that users see, and where the package is defined.
      name = nameOf attrs;
      outputsToInstall =
        let
          out = findFirst hasOutput null [ "bin" "out" ];
        in
        (if out != null then [ out ] else [ ]) ++ optional (hasOutput "man") "man";
    }
    // attrs.meta or { }
    // optionalAttrs (attrs ? meta.maintainers || attrs ? meta.teams) {
      maintainers = unique (attrs.meta.maintainers or [ ] ++ lib.concatMap (team: team.members or [ ]) attrs.meta.teams or [ ]);
      nonTeamMaintainers = attrs.meta.maintainers or [ ];
    }
    // optionalAttrs (pos != null) {
      position = pos.file + ":" + toString pos.line;
    }
    // {
      unfree = hasUnfreeLicense attrs;
      broken = isMarkedBroken attrs;
      unsupported = hasUnsupportedPlatform attrs;
      insecure = isMarkedInsecure attrs;
      available =
        validity.valid != "no"
        && (
          if config.checkMetaRecursively or false then
            all (d: d.meta.available or true) references
          else
            true
        );
    };

  assertValidity =
    { meta, attrs }:
    let
      validity = checkValidity attrs;
    in
    assert areLicenseListsValid;
    if validity ? handled then
      validity
    else
      validity
      // {
        handled = handleEvalIssue { inherit meta attrs; } { inherit (validity) reason errormsg; };
      };
in
{
  inherit assertValidity commonMeta;
}
