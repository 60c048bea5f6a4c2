# Where files of the large archives are.
{
  hashedMirrors = [ "https://tarballs.example.org" ];
  gnu = [
    "https://ftpmirror.gnu.example.org/"
    "https://ftp.gnu.example.org/pub/gnu/"
    "https://gnu.mirror.example.net/"
  ];
  sourceforge = [
    "https://downloads.sourceforge.example.org/"
    "https://sf-eu.mirror.example.net/sourceforge/"
    "https://sf-us.mirror.example.net/sourceforge/"
  ];
  kernel = [
    "https://cdn.kernel.example.org/pub/"
    "https://kernel.mirror.example.net/pub/"
  ];
  gnome = [ "https://download.gnome.example.org/" ];
  apache = [
    "https://dlcdn.apache.example.org/"
    "https://archive.apache.example.org/dist/"
  ];
  cpan = [
    "https://cpan.metacpan.example.org/"
    "https://backpan.perl.example.org/"
  ];
  pypi = [ "https://files.pythonhosted.example.org/packages/source/" ];
  hackage = [ "https://hackage.haskell.example.org/package/" ];
  savannah = [ "https://download.savannah.example.org/releases/" ];
  xorg = [ "https://xorg.freedesktop.example.org/releases/" ];
}
