/** The width that a component has got, for pictures that are laid out for it. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

export class MeasuredWidth implements ReactiveController {
  /** In whole pixels; 0 until it is measured. */
  value = 0;
  #host: ReactiveControllerHost & Element;
  #observer = new ResizeObserver(([entry]) => {
    const width = entry && Math.floor(entry.contentRect.width);
    if (width === undefined || width === this.value) return;
    this.value = width;
    this.#host.requestUpdate();
  });

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#observer.observe(this.#host);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
  }
}
