// Type declarations for turbo-rails.js, which stands for @hotwired/turbo-rails
// 8.0.23. Forms whose method is neither GET nor POST are sent by POST, with
// the method as _method in their data.

export { Turbo, cable } from "./turbo.js"
