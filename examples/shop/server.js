// A plain Node.js server: nothing in it knows of Hitless, or of workers. Change the greeting, press "Reload" in the
// Hitless view, and look at the page meanwhile: its counter of failed requests stays at 0.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const greeting = "Welcome to the shop";
const port = Number(process.env.PORT ?? 3000);
const page = await readFile(new URL("page.html", import.meta.url));

const goods = [
  { name: "Tea", price: 4.5 },
  { name: "Honey", price: 7.2 },
  { name: "Bread", price: 3.9 },
];

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/") {
    response.setHeader("content-type", "text/html; charset=utf-8").end(page);
  } else if (pathname === "/api/goods") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ greeting, goods, pid: process.pid }));
  } else if (pathname === "/slow") {
    // A long request: during a reload it is finished by the worker that began it.
    setTimeout(() => response.end(`done by process ${process.pid}\n`), 5000);
  } else {
    response.writeHead(404).end("not found\n");
  }
});

server.listen(port, () => console.log(`${greeting}: http://localhost:${port}`));
