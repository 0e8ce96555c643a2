/// <reference lib="dom" />
import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";

/** Of WebP: text stays sharp, and the package small. */
const quality = 0.65;

/** Takes a picture of a page as WebP, a fifth of a PNG, so that the package can carry it. The browser itself writes it. */
export async function savePicture(page: Page, path: string): Promise<void> {
  writeFileSync(path, await encodeWebp(page, await page.screenshot()));
}

/** Encodes a PNG; where it equals `before`, of the same size, the WebP is transparent. */
export async function encodeWebp(page: Page, png: Buffer, before?: Buffer): Promise<Buffer> {
  // A page that was opened without a context of its own shares it with no other.
  const blank = await page.context().browser()?.newPage();
  if (blank === undefined) {
    throw new Error("The browser has gone.");
  }
  try {
    const given = { png: png.toString("base64"), before: before?.toString("base64"), quality };
    return Buffer.from(await blank.evaluate(toWebp, given), "base64");
  } finally {
    await blank.close();
  }
}

interface Given {
  readonly png: string;
  readonly before: string | undefined;
  readonly quality: number;
}

/** Runs in the browser. */
async function toWebp({ png, before, quality: wanted }: Given): Promise<string> {
  const draw = async (base64: string) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const drawn = new OffscreenCanvas(image.width, image.height);
    const context = drawn.getContext("2d");
    if (context === null) {
      throw new Error("The browser does not draw.");
    }
    context.drawImage(image, 0, 0);
    return { drawn, context };
  };
  const { drawn, context } = await draw(png);
  if (before !== undefined) {
    const now = context.getImageData(0, 0, drawn.width, drawn.height);
    const then = (await draw(before)).context.getImageData(0, 0, drawn.width, drawn.height);
    const pixels = new Uint32Array(now.data.buffer);
    const old = new Uint32Array(then.data.buffer);
    for (let index = 0; index < pixels.length; index += 1) {
      if (pixels[index] === old[index]) {
        pixels[index] = 0;
      }
    }
    context.putImageData(now, 0, 0);
  }
  const blob = await drawn.convertToBlob({ type: "image/webp", quality: wanted });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
