DROP TABLE setting_definitions;
