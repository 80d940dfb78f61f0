# What moto's models forget or get wrong, mended where the state lives. Written against the pinned version.
