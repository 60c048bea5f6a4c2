# Licences: each with its name, its SPDX identifier, and whether it is free.
{ lib }:
let
  mkLicense =
    lname:
    {
      shortName ? lname,
      deprecated ? false,
      spdxId ? null,
      url ? null,
      fullName ? null,
      free ? true,
      redistributable ? free,
    }@attrs:
    {
      inherit shortName deprecated free redistributable;
    }
    // lib.optionalAttrs (attrs ? spdxId) {
      inherit spdxId;
      url = "https://spdx.org/licenses/${spdxId}.html";
    }
    // lib.optionalAttrs (attrs ? url) { inherit url; }
    // lib.optionalAttrs (attrs ? fullName) { inherit fullName; };
in
lib.mapAttrs mkLicense {
  afl3 = {
    spdxId = "AFL-3.0";
    fullName = "Academic Free License v3.0";
  };
  agpl3Only = {
    spdxId = "AGPL-3.0-only";
    fullName = "GNU Affero General Public License v3.0 only";
  };
  agpl3Plus = {
    spdxId = "AGPL-3.0-or-later";
    fullName = "GNU Affero General Public License v3.0 or later";
  };
  artistic1 = {
    spdxId = "Artistic-1.0";
    fullName = "Artistic License 1.0";
  };
  artistic2 = {
    spdxId = "Artistic-2.0";
    fullName = "Artistic License 2.0";
  };
  asl20 = {
    spdxId = "Apache-2.0";
    fullName = "Apache License 2.0";
  };
  boost = {
    spdxId = "BSL-1.0";
    fullName = "Boost Software License 1.0";
  };
  bsd0 = {
    spdxId = "0BSD";
    fullName = "BSD Zero Clause License";
  };
  bsd2 = {
    spdxId = "BSD-2-Clause";
    fullName = "BSD 2-clause \"Simplified\" License";
  };
  bsd3 = {
    spdxId = "BSD-3-Clause";
    fullName = "BSD 3-clause \"New\" License";
  };
  bsdOriginal = {
    spdxId = "BSD-4-Clause";
    fullName = "BSD 4-clause \"Original\" License";
  };
  cc0 = {
    spdxId = "CC0-1.0";
    fullName = "Creative Commons Zero v1.0 Universal";
  };
  cc-by-30 = {
    spdxId = "CC-BY-3.0";
    fullName = "Creative Commons Attribution 3.0";
  };
  cc-by-40 = {
    spdxId = "CC-BY-4.0";
    fullName = "Creative Commons Attribution 4.0";
  };
  cc-by-sa-40 = {
    spdxId = "CC-BY-SA-4.0";
    fullName = "Creative Commons Attribution Share Alike 4.0";
  };
  cddl = {
    spdxId = "CDDL-1.0";
    fullName = "Common Development and Distribution License";
  };
  cecill20 = {
    spdxId = "CECILL-2.0";
    fullName = "CeCILL Free Software License Agreement v2.0";
  };
  cpl10 = {
    spdxId = "CPL-1.0";
    fullName = "Common Public License 1.0";
  };
  curl = {
    spdxId = "curl";
    fullName = "curl License";
  };
  epl10 = {
    spdxId = "EPL-1.0";
    fullName = "Eclipse Public License 1.0";
  };
  epl20 = {
    spdxId = "EPL-2.0";
    fullName = "Eclipse Public License 2.0";
  };
  eupl12 = {
    spdxId = "EUPL-1.2";
    fullName = "European Union Public License 1.2";
  };
  fdl13Plus = {
    spdxId = "GFDL-1.3-or-later";
    fullName = "GNU Free Documentation License v1.3 or later";
  };
  ftl = {
    spdxId = "FTL";
    fullName = "Freetype Project License";
  };
  gpl1Plus = {
    spdxId = "GPL-1.0-or-later";
    fullName = "GNU General Public License v1.0 or later";
  };
  gpl2Only = {
    spdxId = "GPL-2.0-only";
    fullName = "GNU General Public License v2.0 only";
  };
  gpl2Plus = {
    spdxId = "GPL-2.0-or-later";
    fullName = "GNU General Public License v2.0 or later";
  };
  gpl3Only = {
    spdxId = "GPL-3.0-only";
    fullName = "GNU General Public License v3.0 only";
  };
  gpl3Plus = {
    spdxId = "GPL-3.0-or-later";
    fullName = "GNU General Public License v3.0 or later";
  };
  hpnd = {
    spdxId = "HPND";
    fullName = "Historic Permission Notice and Disclaimer";
  };
  ijg = {
    spdxId = "IJG";
    fullName = "Independent JPEG Group License";
  };
  imagemagick = {
    spdxId = "ImageMagick";
    fullName = "ImageMagick License";
  };
  isc = {
    spdxId = "ISC";
    fullName = "Internet Systems Consortium License";
  };
  lgpl2Only = {
    spdxId = "LGPL-2.0-only";
    fullName = "GNU Library General Public License v2 only";
  };
  lgpl2Plus = {
    spdxId = "LGPL-2.0-or-later";
    fullName = "GNU Library General Public License v2 or later";
  };
  lgpl21Only = {
    spdxId = "LGPL-2.1-only";
    fullName = "GNU Lesser General Public License v2.1 only";
  };
  lgpl21Plus = {
    spdxId = "LGPL-2.1-or-later";
    fullName = "GNU Lesser General Public License v2.1 or later";
  };
  lgpl3Only = {
    spdxId = "LGPL-3.0-only";
    fullName = "GNU Lesser General Public License v3.0 only";
  };
  lgpl3Plus = {
    spdxId = "LGPL-3.0-or-later";
    fullName = "GNU Lesser General Public License v3.0 or later";
  };
  libpng = {
    spdxId = "libpng";
    fullName = "libpng License";
  };
  libpng2 = {
    spdxId = "libpng-2.0";
    fullName = "libpng License v2";
  };
  mit = {
    spdxId = "MIT";
    fullName = "MIT License";
  };
  mit0 = {
    spdxId = "MIT-0";
    fullName = "MIT No Attribution";
  };
  mpl11 = {
    spdxId = "MPL-1.1";
    fullName = "Mozilla Public License 1.1";
  };
  mpl20 = {
    spdxId = "MPL-2.0";
    fullName = "Mozilla Public License 2.0";
  };
  ncsa = {
    spdxId = "NCSA";
    fullName = "University of Illinois/NCSA Open Source License";
  };
  ofl = {
    spdxId = "OFL-1.1";
    fullName = "SIL Open Font License 1.1";
  };
  openldap = {
    spdxId = "OLDAP-2.8";
    fullName = "Open LDAP Public License v2.8";
  };
  openssl = {
    spdxId = "OpenSSL";
    fullName = "OpenSSL License";
  };
  postgresql = {
    spdxId = "PostgreSQL";
    fullName = "PostgreSQL License";
  };
  psfl = {
    spdxId = "Python-2.0";
    fullName = "Python Software Foundation License version 2";
  };
  ruby = {
    spdxId = "Ruby";
    fullName = "Ruby License";
  };
  sgi-b-20 = {
    spdxId = "SGI-B-2.0";
    fullName = "SGI Free Software License B v2.0";
  };
  sleepycat = {
    spdxId = "Sleepycat";
    fullName = "Sleepycat License";
  };
  tcltk = {
    spdxId = "TCL";
    fullName = "TCL/TK License";
  };
  unlicense = {
    spdxId = "Unlicense";
    fullName = "The Unlicense";
  };
  vim = {
    spdxId = "Vim";
    fullName = "Vim License";
  };
  w3c = {
    spdxId = "W3C";
    fullName = "W3C Software Notice and License";
  };
  wtfpl = {
    spdxId = "WTFPL";
    fullName = "Do What The F*ck You Want To Public License";
  };
  x11 = {
    spdxId = "X11";
    fullName = "X11 License";
  };
  zlib = {
    spdxId = "Zlib";
    fullName = "zlib License";
  };
  zpl21 = {
    spdxId = "ZPL-2.1";
    fullName = "Zope Public License 2.1";
  };
  gpl2 = {
    spdxId = "GPL-2.0";
    fullName = "GNU General Public License v2.0";
    deprecated = true;
  };
  free = {
    fullName = "Unspecified free software license";
  };
  publicDomain = {
    fullName = "Public Domain";
  };
  unfree = {
    fullName = "Unfree";
    free = false;
  };
  unfreeRedistributable = {
    fullName = "Unfree redistributable";
    free = false;
    redistributable = true;
  };
  unfreeRedistributableFirmware = {
    fullName = "Unfree redistributable firmware";
    free = false;
    redistributable = true;
  };
}
