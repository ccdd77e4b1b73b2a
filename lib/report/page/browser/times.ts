/** Times as the home counts them, and ages by the reader's clock. */

export interface Clock {
  /** `03:00` */
  time: (seconds: number) => string;
  /** `Sat 28 Nov` */
  day: (seconds: number) => string;
  /** `28 Nov` */
  date: (seconds: number) => string;
  month: (seconds: number) => string;
}

export function clockOf(timeZone: string): Clock {
  const as = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
    return (seconds: number) => format.format(seconds * 1000).replace(',', '');
  };
  return {
    time: as({ hour: '2-digit', minute: '2-digit' }),
    day: as({ weekday: 'short', day: 'numeric', month: 'short' }),
    date: as({ day: 'numeric', month: 'short' }),
    month: as({ month: 'short', year: '2-digit' }),
  };
}

/** `just now`, `5 min ago`, `3 h ago`, `2 d ago` */
export function ageOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  return minutes < 2 * 1440 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} d ago`;
}

/** Says behind each time how long ago it was, and goes on doing so: a page of the night must not look fresh at noon. */
export function keepAges(staleAfterSeconds: number): void {
  const show = () => {
    for (const time of document.querySelectorAll('time')) {
      const ageMs = Date.now() - Date.parse(time.dateTime);
      time.dataset['age'] ??= time.textContent;
      time.textContent = `${time.dataset['age']}, ${ageOf(ageMs)}`;
      time.parentElement?.classList.toggle('late', ageMs > staleAfterSeconds * 1000);
    }
  };
  show();
  setInterval(show, 20_000);
}
