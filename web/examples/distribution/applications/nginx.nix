{ stdenv, fetchurl, openssl, pcre2, zlib }:

stdenv.mkDerivation rec {
  pname = "nginx";
  version = "1.29.3";

  src = fetchurl {
    url = "https://nginx.org/download/nginx-${version}.tar.gz";
    hash = "sha256-v9aP0AZeQNflS/Ysv+tMJihEjnAI8O/eeDBuuPzLPis=";
  };

  buildInputs = [ openssl pcre2 zlib ];
  configureFlags = [ "--with-http_ssl_module" "--with-pcre-jit" ];
}
