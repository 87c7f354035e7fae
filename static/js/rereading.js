// Something that is read again whenever it may have changed: several wishes at once are one reading, and one more when something changed
// meanwhile.
export class Rereading {
  isOvertaken = false; // what is being read may be older than what has been heard since

  // once(): reads it and puts it in its place; isWanted(): whether anybody still looks at it
  constructor(once, isWanted) {
    Object.assign(this, { once, isWanted });
  }

  // Done when what is read is not older than this wish.
  read = () => {
    this.isOvertaken = true;
    this.reading ??= this.readUntilCurrent().finally(() => (this.reading = null));
    return this.reading;
  };

  overtake() {
    if (this.reading) this.isOvertaken = true;
  }

  async readUntilCurrent() {
    while (this.isOvertaken && this.isWanted()) {
      this.isOvertaken = false;
      await this.once();
    }
  }
}
