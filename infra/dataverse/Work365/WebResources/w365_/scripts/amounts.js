// Amounts are texts, and whole minor units (BigInt) where they are compared. Nothing is ever computed with a floating-point number.
"use strict";

var Work365 = window.Work365 || {};

Work365.Amounts = (function () {
  const SHAPE = /^(-?)(\d{1,13})(?:[.,](\d*))?$/;

  /**
   * The minor units of an amount, as a person typed it or as Dataverse sent it.
   *
   * A point and a comma are both taken for the decimal mark. Since more digits may not follow than the currency has, a
   * thousands separator is never taken for one: "1,000" is no amount of a currency with two places.
   *
   * @param {string|number} said Dataverse sends numbers of at most 15 digits, whose text is the amount itself.
   * @param {number} places How many decimal places the currency has.
   * @returns {bigint|null} null for what is no amount of such a currency.
   */
  function minor(said, places) {
    const found = SHAPE.exec(String(said).trim());
    const fraction = (found && found[3]) || "";
    if (!found || fraction.length > places) return null;
    const units = BigInt(found[2] + fraction.padEnd(places, "0"));
    return found[1] ? -units : units;
  }

  /**
   * An amount in figures: 6000n with two places is "60.00".
   *
   * @param {bigint} units
   * @param {number} places
   * @returns {string}
   */
  function text(units, places) {
    const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
    const whole = digits.slice(0, digits.length - places);
    return (units < 0n ? "-" : "") + whole + (places ? "." + digits.slice(-places) : "");
  }

  /**
   * An amount for the body of a request: Dataverse takes money as a JSON number only.
   *
   * @param {bigint} units
   * @param {number} places
   * @returns {number}
   * @throws {RangeError} when the number would not be the amount, digit by digit.
   */
  function number(units, places) {
    const sent = JSON.parse(text(units, places));
    if (minor(sent, places) !== units) throw new RangeError("the amount has too many digits to be sent");
    return sent;
  }

  return { minor, text, number };
})();
