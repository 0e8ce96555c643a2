import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const netEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "eventLoop"],
    [
      ["connect", "", "socket", "connect", "poll"],
      ["createConnection", "", "socket", "connect", "poll"],
      ["Socket.prototype.connect", "", "socket", "connect", "poll"],
    ],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "eventLoop"],
    [["Server.prototype.listen", "", "socket", "setsockopt", "bind", "listen"]],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "eventLoop"],
    [
      ["Server.prototype.close", "callback", "hangUp"],
      ["Socket.prototype.destroy", "error", "hangUp"],
      ["Socket.prototype.resetAndDestroy", "", "setsockopt", "hangUp"],
    ],
  ),
  ...entriesOf(
    ["net", "stream_wrap", "uv", "eventLoop"],
    [
      ["Socket.prototype.write", "data-encoding-callback", "send"],
      ["Socket.prototype.end", "data-encoding-callback", "send", "shutdown"],
    ],
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "synchronous"],
    [
      ["Socket.prototype.setNoDelay", "nodelay", "setsockopt"],
      ["Socket.prototype.setKeepAlive", "enable-initialdelay", "setsockopt"],
      ["Socket.prototype.address", "", "getsockname"],
      ["Server.prototype.address", "", "getsockname"],
    ],
  ),
  ...entriesOf(
    ["net", "block_list", "node", "synchronous"],
    [
      ["BlockList", null],
      ["BlockList.prototype.addAddress", "address-type"],
      ["BlockList.prototype.check", "address-type"],
      ["SocketAddress", "#new-netsocketaddressoptions"],
    ],
  ),
  ...entriesOf(
    ["dgram", "udp_wrap", "uv", "synchronous"],
    [
      ["createSocket", "options-callback"],
      ["Socket.prototype.close", "callback", "hangUp"],
      ["Socket.prototype.disconnect", "", "unconnect"],
      ["Socket.prototype.address", "", "getsockname"],
      ["Socket.prototype.remoteAddress", "", "getpeername"],
      ["Socket.prototype.setBroadcast", "flag", "setsockopt"],
      ["Socket.prototype.setTTL", "ttl", "setsockopt"],
      ["Socket.prototype.setMulticastTTL", "ttl", "setsockopt"],
      ["Socket.prototype.setMulticastLoopback", "flag", "setsockopt"],
      ["Socket.prototype.setMulticastInterface", "multicastinterface", "setsockopt"],
      ["Socket.prototype.addMembership", "multicastaddress-multicastinterface", "setsockopt"],
      ["Socket.prototype.dropMembership", "multicastaddress-multicastinterface", "setsockopt"],
      ["Socket.prototype.setRecvBufferSize", "size", "setsockopt"],
      ["Socket.prototype.setSendBufferSize", "size", "setsockopt"],
      ["Socket.prototype.getRecvBufferSize", "", "getsockopt"],
      ["Socket.prototype.getSendBufferSize", "", "getsockopt"],
    ],
  ),
  ...entriesOf(
    ["dgram", "udp_wrap", "uv", "microtask"],
    [
      ["Socket.prototype.connect", "port-address-callback", "connectDatagram"],
      ["Socket.prototype.bind", "port-address-callback", "socket", "bind"],
      ["Socket.prototype.send", "msg-offset-length-port-address-callback", "sendDatagram"],
    ],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["net", "block_list", "node", "synchronous"],
    [
      ["BlockList.prototype.addAddresses", null],
      ["BlockList.prototype.addCIDR", null],
      ["BlockList.prototype.addCIDRs", null],
      ["BlockList.prototype.clear", null],
      ["BlockList.prototype.removeAddress", null],
      ["BlockList.prototype.removeCIDR", null],
      ["BlockList.prototype.removeRange", null],
      ["BlockList.prototype.removeSubnet", null],
    ],
    { since: 24 },
  ),
  ...entriesOf(
    ["net", "block_list", "node", "synchronous"],
    [
      ["BlockList.prototype.addRange", "start-end-type"],
      ["BlockList.prototype.addSubnet", "net-prefix-type"],
    ],
  ),
  ...entriesOf(
    ["net", "block_list", "node", "synchronous"],
    [
      ["BlockList.prototype.fromJSON", null],
      ["BlockList.prototype.toJSON", null],
      ["SocketAddress.parse", null],
    ],
    { since: 22 },
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "synchronous"],
    [
      ["BoundSocket", null, "socket", "bind", "getsockname"],
      ["BoundSocket.prototype.close", null, "hangUp"],
      ["Socket.prototype.getTypeOfService", null, "getsockopt"],
      ["Socket.prototype.setTypeOfService", null, "setsockopt"],
    ],
    { since: 24 },
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "synchronous"],
    [
      ["Server.prototype.ref", ""],
      ["Server.prototype.unref", ""],
      ["Socket.prototype.ref", ""],
      ["Socket.prototype.unref", ""],
    ],
  ),
  ...entriesOf(["dgram", "udp_wrap", "uv", "microtask"], [["Socket.prototype.sendto", null, "sendDatagram"]], {
    besides: "hostName",
  }),
  ...entriesOf(
    ["dgram", "udp_wrap", "uv", "synchronous"],
    [
      ["Socket.prototype.bindSync", null, "socket", "bind"],
      ["Socket.prototype.connectSync", null, "connectDatagram"],
    ],
    { since: 24 },
  ),
  ...entriesOf(
    ["dgram", "udp_wrap", "uv", "synchronous"],
    [
      ["Socket.prototype.addSourceSpecificMembership", "sourceaddress-groupaddress-multicastinterface", "setsockopt"],
      ["Socket.prototype.dropSourceSpecificMembership", "sourceaddress-groupaddress-multicastinterface", "setsockopt"],
      ["Socket.prototype.getSendQueueCount", ""],
      ["Socket.prototype.getSendQueueSize", ""],
      ["Socket.prototype.ref", ""],
      ["Socket.prototype.unref", ""],
    ],
  ),
];
