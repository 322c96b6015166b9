// How many people, as they are counted by people: "400", "17,448", "17 448".

const MOST_MEMBERS = 10_000_000;

/** The number of members that was typed; null if it is none from 1 on, or more than the earth will bring. Only groups of three digits are
 * set apart, so that 1.5 is not taken for 15. */
export function parseCount(text: string): number | null {
  const digits = text.trim();
  if (!/^(\d{1,8}|\d{1,3}([\s,.']\d{3})+)$/.test(digits)) return null;
  const number = Number(digits.replace(/\D/g, ''));
  return number >= 1 && number <= MOST_MEMBERS ? number : null;
}
