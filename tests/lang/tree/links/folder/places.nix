[ ./beside __curPos ]
