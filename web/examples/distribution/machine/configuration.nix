# What the owner of the machine writes: its name, users, commands and services.

pkgs:

{
  hostName = "lighthouse";

  users = {
    ada = { uid = 1000; home = "/home/ada"; shell = "${pkgs.bash}/bin/bash"; };
    grace = { uid = 1001; home = "/home/grace"; shell = "${pkgs.bash}/bin/bash"; };
  };

  # Commands for everybody.
  packages = with pkgs; [ bash coreutils curl git ];

  services = {
    nginx = {
      command = config: "${pkgs.nginx}/bin/nginx -g 'daemon off;' -c ${config}";
      config = {
        name = "nginx.conf";
        text = ''
          events { worker_connections 1024; }
          http {
            server {
              listen 80;
              root /srv/www;
            }
          }
        '';
      };
    };

    sshd = {
      command = config: "${pkgs.openssh}/bin/sshd -D -f ${config}";
      config = {
        name = "sshd_config";
        text = ''
          Port 22
          PermitRootLogin no
          PasswordAuthentication no
        '';
      };
    };
  };
}
