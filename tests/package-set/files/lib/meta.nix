{ lib }:
let
  inherit (lib) matchAttrs any all isDerivation getBin assertMsg;
  inherit (builtins) isString match typeOf;
in
rec {
  addMetaAttrs = new: drv: if drv ? overrideAttrs then drv.overrideAttrs (old: { meta = (old.meta or { }) // new; }) else drv // { meta = (drv.meta or { }) // new; };
  dontDistribute = addMetaAttrs { hydraPlatforms = [ ]; };
  setName = name: drv: drv // { inherit name; };
  updateName = updater: drv: drv // { name = updater drv.name; };
  appendToName =
    suffix:
    updateName (
      name:
      let
        x = builtins.parseDrvName name;
      in
      "${x.name}-${suffix}-${x.version}"
    );
  mapDerivationAttrset = f: set: lib.mapAttrs (_: pkg: if lib.isDerivation pkg then f pkg else pkg) set;
  setPrio = priority: addMetaAttrs { inherit priority; };
  lowPrio = setPrio 10;
  hiPrio = setPrio (-10);

  # Whether a platform is one of a pattern: the name of a system, or a set that the parsed platform has.
  platformMatch =
    platform: element:
    (isString element && platform ? system && element == platform.system)
    || (
      !isString element
      && (matchAttrs (if element ? parsed then element else { parsed = element; }) platform)
    );
  availableOn =
    platform: pkg:
    (!pkg ? meta.platforms || any (platformMatch platform) pkg.meta.platforms)
    && all (element: !platformMatch platform element) (pkg.meta.badPlatforms or [ ]);

  licensesSpdx = lib.mapAttrs' (_: license: {
    name = license.spdxId;
    value = license;
  }) (lib.filterAttrs (_: license: license ? spdxId) lib.licenses);
  getLicenseFromSpdxId =
    id:
    let
      byLower = lib.mapAttrs' (name: value: lib.nameValuePair (lib.toLower name) value) licensesSpdx;
    in
    byLower.${lib.toLower id} or { shortName = id; };

  getExe =
    x:
    getExe' x (
      x.meta.mainProgram or (lib.warn "getExe: '${x.name or "package"}' has no meta.mainProgram" (lib.getName x))
    );
  getExe' =
    x: y:
    assert assertMsg (isDerivation x) "getExe': the first argument is a ${typeOf x}, not a derivation";
    assert assertMsg (isString y && match ".*/.*" y == null) "getExe': the second argument is no file name";
    "${getBin x}/bin/${y}";
}
