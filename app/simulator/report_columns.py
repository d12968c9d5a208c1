"""The columns of the usage reports, in the order that Microsoft's pages give."""

TEAMS = "getTeamsUserActivityUserDetail"
ACTIVE = "getOffice365ActiveUserDetail"
APPS = "getM365AppUserDetail"
MAILBOX = "getMailboxUsageDetail"
EMAIL = "getEmailActivityUserDetail"
COPILOT = "getMicrosoft365CopilotUsageUserDetail"
WORKLOADS = ("Exchange", "OneDrive", "SharePoint", "Skype For Business", "Yammer", "Teams")
PROGRAMS = ("Outlook", "Word", "Excel", "PowerPoint", "OneNote", "Teams")
PLATFORMS = ("Windows", "Mac", "Mobile", "Web")
TEAMS_HEADER = (
    "Report Refresh Date,Tenant Display Name,Shared Channel Tenant Display Names,User Id,User Principal Name,"
    "Last Activity Date,Is Deleted,Deleted Date,Assigned Products,Team Chat Message Count,"
    "Private Chat Message Count,Call Count,Meeting Count,Post Messages,Reply Messages,Urgent Messages,"
    "Meetings Organized Count,Meetings Attended Count,Ad Hoc Meetings Organized Count,"
    "Ad Hoc Meetings Attended Count,Scheduled One-time Meetings Organized Count,"
    "Scheduled One-time Meetings Attended Count,Scheduled Recurring Meetings Organized Count,"
    "Scheduled Recurring Meetings Attended Count,Audio Duration,Video Duration,Screen Share Duration,"
    "Audio Duration In Seconds,Video Duration In Seconds,Screen Share Duration In Seconds,Has Other Action,"
    "Is Licensed,Report Period"
)
TEAMS_COLUMNS = tuple(TEAMS_HEADER.split(","))
ACTIVE_COLUMNS = (
    *("Report Refresh Date", "User Principal Name", "Display Name", "Is Deleted", "Deleted Date"),
    *(f"Has {workload} License" for workload in WORKLOADS),
    *(f"{workload} Last Activity Date" for workload in WORKLOADS),
    *(f"{workload} License Assign Date" for workload in WORKLOADS),
    "Assigned Products",
)
APPS_COLUMNS = (
    *("Report Refresh Date", "User Principal Name", "Last Activation Date", "Last Activity Date", "Report Period"),
    *PLATFORMS,
    *PROGRAMS,
    *(f"{program} ({platform})" for platform in PLATFORMS for program in PROGRAMS),
)
MAILBOX_HEADER = (
    "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Created Date,Last Activity Date,"
    "Item Count,Storage Used (Byte),Issue Warning Quota (Byte),Prohibit Send Quota (Byte),"
    "Prohibit Send/Receive Quota (Byte),Deleted Item Count,Deleted Item Size (Byte),Deleted Item Quota (Byte),"
    "Has Archive,Report Period"
)
EMAIL_HEADER = (
    "Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Last Activity Date,Send Count,"
    "Receive Count,Read Count,Meeting Created Count,Meeting Interacted Count,Assigned Products,Report Period"
)
COPILOT_HEADER = (
    "Report Refresh Date,User Principal Name,Display Name,Last Activity Date,Copilot Chat Last Activity Date,"
    "Microsoft Teams Copilot Last Activity Date,Word Copilot Last Activity Date,Excel Copilot Last Activity Date,"
    "PowerPoint Copilot Last Activity Date,Outlook Copilot Last Activity Date,OneNote Copilot Last Activity Date,"
    "Loop Copilot Last Activity Date,Report Period"
)
COLUMNS = {
    TEAMS: TEAMS_COLUMNS,
    ACTIVE: ACTIVE_COLUMNS,
    APPS: APPS_COLUMNS,
    MAILBOX: tuple(MAILBOX_HEADER.split(",")),
    EMAIL: tuple(EMAIL_HEADER.split(",")),
    COPILOT: tuple(COPILOT_HEADER.split(",")),
}
