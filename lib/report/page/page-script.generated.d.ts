/** Made by lib/packaging/bundle-page.mjs. */

/** what the page runs, with uPlot in it */
export const SCRIPT: string;
export const UPLOT_STYLE: string;
