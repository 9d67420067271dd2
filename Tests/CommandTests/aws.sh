# An AWS by moto for the command tests, with Terraform or without: source it after lib.sh.
# What lib.sh has is assigned there, and some of what is assigned here is used by those who source it.
# shellcheck shell=bash disable=SC2034,SC2119,SC2120,SC2154
set -euo pipefail

start_aws() { # REQUIREMENT...: beside moto and boto3; then all that asks for AWS asks this one
  aws_python=$("$here/../python-with" 'moto[autoscaling,ec2,elb,server]' boto3 "$@" 2>"$work/pip.log") || {
    promise 'AWS by moto'
    skip "moto cannot be installed: $(tail -n 1 "$work/pip.log")"
    finish
    exit
  }
  start_peer_with "$aws_python" aws aws.py --account
  control=$(sed -n 's/^control //p' "$work/aws.port")
  export AWS_ENDPOINT_URL=http://127.0.0.1:${port_of[aws]} AWS_DEFAULT_REGION=eu-west-1
  export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing
}

asked() { curl -s -f -m 20 "http://127.0.0.1:$control/$1"; }

# The groups have addresses of a default network, 172.31.(0|16).N; 127.0.(40|56).N stand for them here.
serve_instances() { # FIRST-THIRD-OCTET...: web servers for 12 addresses of each subnet; connect_to maps them
  local third n addresses=()
  sick=$work/sick
  : >"$sick"
  for third; do
    for n in $(seq 4 15); do addresses+=(--address "127.0.$((40 + third)).$n"); done
  done
  start_peer instances web.py --seconds 290 --sick "$sick" "${addresses[@]}"
  HEALTHGATE_CONNECT_TO=$(for third; do
    for n in $(seq 4 15); do
      printf '172.31.%s.%s:80:127.0.%s.%s:%s\n' "$third" "$n" "$((40 + third))" "$n" "${port_of[instances]}"
    done
  done)
  export HEALTHGATE_CONNECT_TO
}

here_of() { # ADDRESS: the one that stands for it
  awk -F. '{ printf "127.0.%d.%d\n", 40 + $3, $4 }' <<<"$1"
}

# Why there is no Terraform here; empty if there is one, which then runs in $terraform.
find_terraform() {
  local provider settings=$work/terraform.rc
  terraform=$work/terraform
  mkdir -p "$terraform"
  command -v terraform >/dev/null || {
    no_terraform='terraform is not installed'
    return
  }
  export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0
  # A provider that is on this machine is found where such mirrors are kept; else it is asked for.
  provider=$(find /opt /usr/share /usr/local/share "$HOME/.terraform.d" -xdev -type f \
    -path '*/hashicorp/aws/*' -name 'terraform-provider-aws_v*' 2>/dev/null | sort -V | tail -n 1) || true
  if [ -n "$provider" ]; then
    printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' \
      "$(sed -E 's|/[^/]+/hashicorp/aws/.*||' <<<"$provider")" >"$settings"
    export TF_CLI_CONFIG_FILE=$settings
  fi
  printf 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n' >"$terraform/main.tf"
  timeout 200 terraform -chdir="$terraform" init -no-color >"$work/init.log" 2>&1 ||
    no_terraform="its AWS provider is not to be had: $(grep -m 1 -A 3 Error "$work/init.log" | tr '\n' ' ')"
}
no_terraform=''

without_terraform() { # loudly, and with the reason
  printf '# TERRAFORM IS SKIPPED: %s\n' "$no_terraform"
  skip "no Terraform: $no_terraform"
}
