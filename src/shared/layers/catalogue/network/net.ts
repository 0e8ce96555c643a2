import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const netEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "eventLoop"],
    [
      ["connect", "", "socket", "connect", "poll"],
      ["createConnection", "", "socket", "connect", "poll"],
      ["Socket#connect", "", "socket", "connect", "poll"],
    ],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "eventLoop"],
    [["Server#listen", "", "socket", "setsockopt", "bind", "listen"]],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "eventLoop"],
    [
      ["Server#close", "callback", "hangUp"],
      ["Socket#destroy", "error", "hangUp"],
      ["Socket#resetAndDestroy", "", "setsockopt", "hangUp"],
    ],
  ),
  ...entriesOf(
    ["net", "stream_wrap", "uv", "eventLoop"],
    [
      ["Socket#write", "data-encoding-callback", "send"],
      ["Socket#end", "data-encoding-callback", "send", "shutdown"],
    ],
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "synchronous"],
    [
      ["Socket#setNoDelay", "nodelay", "setsockopt"],
      ["Socket#setKeepAlive", "enable-initialdelay", "setsockopt"],
      ["Socket#address", "", "getsockname"],
      ["Server#address", "", "getsockname"],
    ],
  ),
  ...entriesOf(
    ["net", "block_list", "node", "synchronous"],
    [
      "BlockList",
      ["BlockList#addAddress", "address-type"],
      ["BlockList#check", "address-type"],
      ["SocketAddress", "#new-netsocketaddressoptions"],
    ],
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "synchronous"],
    [["Socket", "#new-netsocketoptions", "kindOfFile", "getsockname", "getsockopt"]],
  ),
  ...entriesOf(
    ["dgram", "udp_wrap", "uv", "synchronous"],
    [
      ["createSocket", "options-callback"],
      ["Socket#close", "callback", "hangUp"],
      ["Socket#disconnect", "", "unconnect"],
      ["Socket#address", "", "getsockname"],
      ["Socket#remoteAddress", "", "getpeername"],
      ["Socket#setBroadcast", "flag", "setsockopt"],
      ["Socket#setTTL", "ttl", "setsockopt"],
      ["Socket#setMulticastTTL", "ttl", "setsockopt"],
      ["Socket#setMulticastLoopback", "flag", "setsockopt"],
      ["Socket#setMulticastInterface", "multicastinterface", "setsockopt"],
      ["Socket#addMembership", "multicastaddress-multicastinterface", "setsockopt"],
      ["Socket#dropMembership", "multicastaddress-multicastinterface", "setsockopt"],
      ["Socket#setRecvBufferSize", "size", "setsockopt"],
      ["Socket#setSendBufferSize", "size", "setsockopt"],
      ["Socket#getRecvBufferSize", "", "getsockopt"],
      ["Socket#getSendBufferSize", "", "getsockopt"],
    ],
  ),
  ...entriesOf(
    ["dgram", "udp_wrap", "uv", "microtask"],
    [
      ["Socket#connect", "port-address-callback", "connectDatagram"],
      ["Socket#bind", "port-address-callback", "socket", "bind"],
      ["Socket#send", "msg-offset-length-port-address-callback", "sendDatagram"],
    ],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["net", "block_list", "node", "synchronous"],
    [
      "BlockList#addAddresses",
      "BlockList#addCIDR",
      "BlockList#addCIDRs",
      "BlockList#clear",
      "BlockList#removeAddress",
      "BlockList#removeCIDR",
      "BlockList#removeRange",
      "BlockList#removeSubnet",
    ],
    { since: 24 },
  ),
  ...entriesOf(
    ["net", "block_list", "node", "synchronous"],
    [
      ["BlockList#addRange", "start-end-type"],
      ["BlockList#addSubnet", "net-prefix-type"],
    ],
  ),
  ...entriesOf(
    ["net", "block_list", "node", "synchronous"],
    ["BlockList#fromJSON", "BlockList#toJSON", "SocketAddress.parse"],
    { since: 22 },
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "synchronous"],
    [
      ["BoundSocket", null, "socket", "bind", "getsockname"],
      ["BoundSocket#close", null, "hangUp"],
      ["Socket#getTypeOfService", null, "getsockname", "getsockopt"],
      ["Socket#setTypeOfService", null, "setsockopt"],
    ],
    { since: 24 },
  ),
  ...entriesOf(
    ["net", "tcp_wrap", "uv", "synchronous"],
    [
      ["Server#ref", ""],
      ["Server#unref", ""],
      ["Socket#ref", ""],
      ["Socket#unref", ""],
    ],
  ),
  ...entriesOf(["dgram", "udp_wrap", "uv", "microtask"], [["Socket#sendto", null, "sendDatagram"]], {
    besides: "hostName",
  }),
  ...entriesOf(
    ["dgram", "udp_wrap", "uv", "synchronous"],
    [
      ["Socket#bindSync", null, "socket", "bind"],
      ["Socket#connectSync", null, "connectDatagram"],
    ],
    { since: 24 },
  ),
  ...entriesOf(
    ["dgram", "udp_wrap", "uv", "synchronous"],
    [
      ["Socket#addSourceSpecificMembership", "sourceaddress-groupaddress-multicastinterface", "setsockopt"],
      ["Socket#dropSourceSpecificMembership", "sourceaddress-groupaddress-multicastinterface", "setsockopt"],
      ["Socket#getSendQueueCount", ""],
      ["Socket#getSendQueueSize", ""],
      ["Socket#ref", ""],
      ["Socket#unref", ""],
    ],
  ),
];
