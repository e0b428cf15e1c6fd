#!/bin/sh
# Finds RabbitMQ for the e2e tier; installs it where this user may, without starting it as a service.
set -u
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "正在安装 RabbitMQ（仅用于测试） · installing RabbitMQ for the tests" >&2
    # RUNLEVEL=1 keeps the package from starting a broker on this machine.
    (apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends rabbitmq-server) >/dev/null 2>&1 && exit 0
fi
echo "未找到 RabbitMQ：跳过 e2e 测试 · RabbitMQ is not on this machine: the e2e tier will be skipped" >&2
[ "${CI:-}" = true ] && exit 1
exit 0
