// Types of turbo.js, the names of @hotwired/turbo 8.0.23.

export interface StreamSource {
  addEventListener(type: "message", listener: (event: MessageEvent) => void, options?: boolean | AddEventListenerOptions): void
  removeEventListener(type: "message", listener: (event: MessageEvent) => void, options?: boolean | EventListenerOptions): void
}

export type StreamAction = (this: StreamElement) => void | Promise<void>
export const StreamActions: { [action: string]: StreamAction }

export class StreamElement extends HTMLElement {
  static renderElement(element: StreamElement): Promise<void>
  render(): Promise<void>
  disconnect(): void
  removeDuplicateTargetChildren(): void
  removeDuplicateTargetSiblings(): void
  readonly action: string | null
  readonly target: string | null
  readonly targets: string | null
  readonly requestId: string | null
  readonly targetElements: Element[]
  readonly targetElementsById: Element[]
  readonly targetElementsByQuery: Element[]
  readonly duplicateChildren: Element[]
  readonly duplicateSiblings: Element[]
  readonly templateElement: HTMLTemplateElement
  readonly templateContent: DocumentFragment
  readonly performAction: StreamAction
  readonly beforeRenderEvent: CustomEvent<BeforeStreamRenderDetail>
  readonly description: string
}

export interface BeforeStreamRenderDetail {
  newStream: StreamElement
  render(element: StreamElement): void | Promise<void>
}

/** Resolves once the runtime answers; rejects when it cannot start. */
export const ready: Promise<void>
export function renderStreamMessage(message: string | { fragment: DocumentFragment }): void
export function start(): void
export function visit(location: string | URL, options?: object): void
export function fetch(url: RequestInfo | URL, options?: RequestInit): Promise<Response>
