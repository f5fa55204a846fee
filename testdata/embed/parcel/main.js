import * as Turbo from "turbowasm"

Turbo.config.drive.progressBarDelay = 200
