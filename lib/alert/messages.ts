/**
 * The three e-mails about an alert. They hold no secret: the sign-in address is useless without the secret on this
 * machine.
 */
import { plural } from '../wording';
import { textOfAlert, type Alert } from './alert-file';

export interface Message {
  subject: string;
  text: string;
  attachments?: { filename: string; content: string; contentType: string }[];
}

export function raisedMessage(alert: Alert): Message {
  return {
    subject: 'home-temperature-monitor: Amazon wants you to log in again',
    text: `The air quality monitors cannot be read until you log in at Amazon by hand.\n\n${howTo(alert)}`,
  };
}

export function reminderMessage(alert: Alert, now: Date): Message {
  const duration = lasted(alert.timestamp, now.toISOString());
  return {
    subject: 'home-temperature-monitor: still waiting for your login at Amazon',
    text: `The air quality monitors have not been read for ${duration}: Amazon wants you to log in by hand.\n\n${howTo(alert)}`,
  };
}

export function clearedMessage({ raised_at, cleared_at }: { raised_at: string; cleared_at: string }): Message {
  const duration = lasted(raised_at, cleared_at);
  return {
    subject: 'home-temperature-monitor: the login at Amazon works again',
    text:
      `The air quality monitors are read again. The alert lasted ${duration}.\n\n` +
      `raised: ${raised_at}\ncleared: ${cleared_at}\n`,
  };
}

function howTo(alert: Alert): string {
  return (
    `On the machine that collects, run:\n\n    ${alert.remediation}\n\n` +
    'It shows an address to log in at, with any browser on any machine, and asks for the address of the page where it ends.\n' +
    `You will get this message once a day until then.\n\n${textOfAlert(alert)}`
  );
}

/** `2 days 3 hours`, `3 hours 5 minutes`, `5 minutes` */
function lasted(from: string, to: string): string {
  const minutes = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60_000));
  const parts: [number, string][] = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor(minutes / 60) % 24, 'hour'],
    [minutes % 60, 'minute'],
  ];
  const said = parts.filter(([count]) => count > 0).slice(0, 2);
  const words = said.map(([count, unit]) => plural(count, unit));
  return words.length === 0 ? 'less than a minute' : words.join(' ');
}
