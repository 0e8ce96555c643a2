/** What came first leaves first. Both ends take the same time however much waits. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The one that leaves next. */
  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** To the front, where what has left once goes again. */
  unshift(item: Item): void {
    if (this.#head === 0) {
      this.#items.unshift(item);
    } else {
      this.#head -= 1;
      this.#items[this.#head] = item;
    }
  }

  some(fits: (item: Item) => boolean): boolean {
    return this.#items.slice(this.#head).some((item) => item !== undefined && fits(item));
  }

  /** Takes out the first one that fits, which takes time in proportion to what waits. */
  take(fits: (item: Item) => boolean): Item | undefined {
    const waiting = this.#items.slice(this.#head) as Item[];
    const index = waiting.findIndex(fits);
    if (index === -1) {
      return undefined;
    }
    const [item] = waiting.splice(index, 1);
    this.#items = waiting;
    this.#head = 0;
    return item;
  }

  /** Takes out all that fit, in their order. */
  takeAll(fits: (item: Item) => boolean): Item[] {
    const taken: Item[] = [];
    this.#items = (this.#items.slice(this.#head) as Item[]).filter((item) => !fits(item) || taken.push(item) === 0);
    this.#head = 0;
    return taken;
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (this.#head < this.#items.length) {
      this.#items[this.#head] = undefined;
      this.#head += 1;
    }
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1_000 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
