declare module 'parse-prometheus-text-format' {
  export interface Family {
    name: string;
    help: string;
    type: string;
    metrics: { labels?: Record<string, string>; value: string }[];
  }
  // eslint-disable-next-line no-restricted-exports -- how that package exports it
  export default function parse(text: string): Family[];
}
